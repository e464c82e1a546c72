// The function's job in Node 20, as the documentation of its parts writes it: SDK clients and what they fetch
// outside the handler, the built-in fetch for Genesys Cloud. `make bench COMPARE=1` measures it; nothing else
// uses it. It pauses the leg that the event names and does nothing that the function does besides.

import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const { env } = process;
const secrets = new SecretsManagerClient({});

const answer = await secrets.send(new GetSecretValueCommand({ SecretId: env.GENESYS_SECRET_ID }));
const { client_id, client_secret } = JSON.parse(answer.SecretString);
const token = await fetchToken();

async function fetchToken() {
  const response = await fetch(`${env.GENESYS_LOGIN_URL}/oauth/token`, {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  return (await response.json()).access_token;
}

async function handler(event) {
  const { conversationId, userId } = event.detail.eventBody;
  const headers = { Authorization: `Bearer ${token}` };
  const conversation = `${env.GENESYS_API_URL}/api/v2/conversations/${conversationId}`;
  const { participants } = await (await fetch(conversation, { headers })).json();
  const leg = participants.find((it) => it.userId === userId);
  const pause = `${conversation}/participants/${leg.id}/screenrecording/pause`;
  const response = await fetch(pause, { method: "PUT", headers });
  return { status: response.status };
}

// The runtime API. Whoever runs it is gone when it cannot be reached.
const api = `http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;
for (;;) {
  const next = await fetch(`${api}/next`).catch(() => process.exit());
  const id = next.headers.get("lambda-runtime-aws-request-id");
  const result = await handler(await next.json());
  await fetch(`${api}/${id}/response`, { method: "POST", body: JSON.stringify(result) });
}
