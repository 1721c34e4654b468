// The service worker: shows what a push service hands over, and opens the page that it is about. It
// keeps nothing and answers no other requests.
self.addEventListener("push", (event) => {
  const message = event.data ? event.data.json() : {};
  const shown = { body: message.body, tag: message.tag, data: { url: message.url } };
  event.waitUntil(self.registration.showNotification(message.title ?? "路院", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const to = new URL(event.notification.data?.url ?? "/", self.location.origin);
  // Only our own pages.
  if (to.origin === self.location.origin) event.waitUntil(self.clients.openWindow(to.href));
});
