"""The function's job in Python 3.11, as the documentation of its parts writes it: boto3's client and what it fetches
outside the handler, requests for Genesys Cloud. `make bench COMPARE=1` measures it; nothing else uses it. It pauses
the leg that the event names and does nothing that the function does besides."""

import json
import os
import sys

import boto3
import requests

LOGIN = os.environ["GENESYS_LOGIN_URL"]
API = os.environ["GENESYS_API_URL"]

secrets = boto3.client("secretsmanager")
secret = json.loads(secrets.get_secret_value(SecretId=os.environ["GENESYS_SECRET_ID"])["SecretString"])
session = requests.Session()
token = session.post(
    f"{LOGIN}/oauth/token",
    auth=(secret["client_id"], secret["client_secret"]),
    data={"grant_type": "client_credentials"},
).json()["access_token"]


def handler(event):
    body = event["detail"]["eventBody"]
    headers = {"Authorization": f"Bearer {token}"}
    conversation = f"{API}/api/v2/conversations/{body['conversationId']}"
    participants = session.get(conversation, headers=headers).json()["participants"]
    leg = next(it for it in participants if it.get("userId") == body["userId"])
    pause = f"{conversation}/participants/{leg['id']}/screenrecording/pause"
    return {"status": session.put(pause, headers=headers).status_code}


# The runtime API. Whoever runs it is gone when it cannot be reached.
runtime = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    try:
        event = session.get(f"{runtime}/next")
    except requests.ConnectionError:
        sys.exit()
    request_id = event.headers["lambda-runtime-aws-request-id"]
    session.post(f"{runtime}/{request_id}/response", json=handler(event.json()))
