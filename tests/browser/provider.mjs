// A provider of OpenID Connect as a process of its own: `node provider.mjs PORT RETURN-ADDRESS`. Anybody
// who types a login is let in under it; it says "ready" once it listens.
import { Provider } from "oidc-provider";

const [port, back] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: "luyuan", client_secret: "a secret of at least thirty-two letters", redirect_uris: [back], response_types: ["code"], grant_types: ["authorization_code"] }],
  pkce: { required: () => true },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: ["of this test alone"] },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
