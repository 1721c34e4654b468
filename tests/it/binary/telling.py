"""A mail server, a receiver of webhooks and a push service by others' libraries.

It prints where it listens, reads the webhook's secret as a line of standard input, and then prints one
line of JSON for everything that comes in. The first webhook is never answered.
"""

import email
import email.policy
import json
import os
import socket
import sys
import threading
from base64 import urlsafe_b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from standardwebhooks.webhooks import Webhook

lock = threading.Lock()


def say(**told):
    with lock:
        print(json.dumps(told, ensure_ascii=False), flush=True)


class Letters:
    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        say(
            what="mail",
            id=letter["message-id"],
            to=envelope.rcpt_tos,
            subject=letter["subject"],
            text=letter.get_content(),
            unsubscribe=letter["list-unsubscribe"],
            defects=[str(defect) for defect in letter.defects],
        )
        return "250 taken"


browser = ec.generate_private_key(ec.SECP256R1())
auth = os.urandom(16)
secret = []
hung = threading.Event()


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if self.path == "/push":
            plain = http_ece.decrypt(body, private_key=browser, auth_secret=auth, version="aes128gcm")
            say(what="push", message=json.loads(plain), proof=headers["authorization"])
            return self.answer(201)
        try:
            message = Webhook(secret[0]).verify(body, headers)
        except Exception as error:  # said to the test, which fails then
            say(what="webhook", id=headers.get("webhook-id"), wrong=repr(error))
            return self.answer(400)
        if not hung.is_set():
            hung.set()
            say(what="hangs", id=headers["webhook-id"], message=message)
            threading.Event().wait()
        say(what="webhook", id=headers["webhook-id"], message=message)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def letters(octets):
    return urlsafe_b64encode(octets).decode().rstrip("=")


# The library wants to know the port beforehand.
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
mail = Controller(Letters(), hostname="127.0.0.1", port=port)
mail.start()
web = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
web.daemon_threads = True
threading.Thread(target=web.serve_forever, daemon=True).start()
public = browser.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
say(
    smtp=port,
    http=web.server_address[1],
    p256dh=letters(public),
    auth=letters(auth),
)
secret.append(sys.stdin.readline().strip())
# Until the test ends.
sys.stdin.read()
os._exit(0)
