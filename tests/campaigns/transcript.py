"""Every message that the database of this environment holds, unsealed, one line of JSON each."""

import json
import sys

import django


def main() -> None:
    """Print them in order of thread and sequence."""
    django.setup()
    from messaging.models import Message, body_place
    from messaging.readings.seals import thread_key
    from portal.crypto import envelope

    rows = Message.objects.select_related("thread").order_by("thread_id", "sequence")
    for row in rows.iterator():
        key = thread_key(row.thread.patient_id, row.thread_id, row.key_version)
        body = bytes(row.body_sealed or b"")
        text = envelope.unseal(key, body, body_place(key, row.pk, row.sequence)).decode()
        line = {"thread": str(row.thread_id), "sequence": row.sequence, "text": text}
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
