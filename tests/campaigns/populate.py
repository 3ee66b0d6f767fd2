"""Conversations to work with, made by actions in the database that the environment names.

`python -m tests.campaigns.populate N` prints one line of JSON for each.
"""

import json
import sys

import django


def main(conversations: int) -> None:
    """Each has a patient, a clinician on the care team, a thread, and a session of each of them."""
    django.setup()
    from messaging.actions import open_thread
    from patients.actions import add_to_care_team, link_account, register_patient
    from patients.ports import Chart, PersonName
    from portal.accounts.actions import create_person, grant_role, start_session
    from portal.accounts.selectors import Profile
    from portal.kernel import door
    from portal.kernel.actor import person_actor, system_actor
    from portal.kernel.ids import new_id

    system = system_actor("campaign")
    for number in range(conversations):
        people = []
        for role in ("patient", "clinician"):
            profile = Profile(name=f"{role.title()} {number}", email=f"{role}{number}@example.org")
            person = door.run(create_person, system, profile)
            door.run(grant_role, system, person.pk, role)
            people.append(person.pk)
        patient_person, clinician = people
        chart = Chart(name=PersonName(family=f"Number{number}", given=("Patient",)))
        patient = door.run(register_patient, system, chart)
        door.run(link_account, system, patient.pk, patient_person)
        door.run(add_to_care_team, system, patient.pk, clinician)
        actor = person_actor(patient_person, frozenset({"patient"}))
        words = ("A cough", f"It began on Tuesday ({number}).")
        sent = door.run(open_thread, actor, patient.pk, *words, command_id=new_id())
        keys = [door.run(start_session, system, one, factor="app") for one in people]
        row = {
            "patient": keys[0],
            "clinician": keys[1],
            "thread": str(sent.thread_id),
            "text": words[1],
        }
        sys.stdout.write(json.dumps(row) + "\n")
    door.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
