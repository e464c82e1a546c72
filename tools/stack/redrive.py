"""Invokes the function again with every event that a failure queue has kept.

An event from a partner source cannot be put on a bus again (its source begins with "aws."), so the alias is
invoked with it, one at a time, and the answer is printed. A message is deleted once its event has been carried
out; one that fails again stays in the queue. What an old event then does is in the decision tables.
Exit: 0 all done, 1 some failed again, 2 wrong arguments.
"""

import argparse
import json
import sys

import boto3

# Long enough for everything a queue may hold after a bad hour; what fails again is shown at once in the end.
HIDDEN_SECONDS = 3600


def kept_event(body):
    """The event in a failure record of Lambda, or the body itself, as an EventBridge dead-letter queue keeps it."""
    try:
        return json.dumps(json.loads(body)["requestPayload"])
    except (ValueError, KeyError, TypeError):
        return body


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--queue-url", required=True, help="the failure queue, or the one of undelivered events")
    parser.add_argument("--function", required=True, help="ARN of the alias")
    arguments = parser.parse_args()
    if not arguments.queue_url or not arguments.function:
        parser.error("name the queue and the alias: make redrive QUEUE=url ALIAS=arn")
    sqs, functions = boto3.client("sqs"), boto3.client("lambda")
    done, failed = 0, []
    try:
        while True:
            received = sqs.receive_message(
                QueueUrl=arguments.queue_url, MaxNumberOfMessages=1, VisibilityTimeout=HIDDEN_SECONDS, WaitTimeSeconds=1
            )
            if not received.get("Messages"):
                break
            (message,) = received["Messages"]
            failed.append(message["ReceiptHandle"])
            answer = functions.invoke(FunctionName=arguments.function, Payload=kept_event(message["Body"]))
            print(json.dumps(json.loads(answer["Payload"].read())), flush=True)
            if "FunctionError" not in answer:
                sqs.delete_message(QueueUrl=arguments.queue_url, ReceiptHandle=failed.pop())
                done += 1
    finally:
        for receipt in failed:
            sqs.change_message_visibility(QueueUrl=arguments.queue_url, ReceiptHandle=receipt, VisibilityTimeout=0)
    print(f"{done} carried out, {len(failed)} failed again and kept", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
