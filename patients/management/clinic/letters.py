"""What people of the demo clinic wrote to each other, written for the demo."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from patients.ports import DemoLine, DemoThread


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: who wrote it, how many days ago, at what hour of the clinic, and what."""

    author: str
    days: int
    hour: str
    text: str

    def line(self, now: datetime) -> DemoLine:
        """The message as it lies before `now`, which is given in the clinic's zone."""
        day = now.date() - timedelta(days=self.days)
        written = datetime.combine(day, time.fromisoformat(self.hour), tzinfo=now.tzinfo)
        return DemoLine(
            self.author, self.text, timedelta(seconds=now.timestamp() - written.timestamp())
        )


@dataclass(frozen=True, slots=True)
class Exchange:
    """A thread of such messages, the oldest first."""

    key: str
    patient: str
    topic: str
    letters: tuple[Letter, ...]
    closed: bool = False


def threads(now: datetime) -> tuple[DemoThread, ...]:
    """Every thread of the demo, as it lies before `now`, which is given in the clinic's zone."""
    return tuple(
        DemoThread(
            each.key,
            each.patient,
            each.topic,
            tuple(letter.line(now) for letter in each.letters),
            closed=each.closed,
        )
        for each in EXCHANGES
    )


DIZZY = Exchange(
    "dizzy",
    "ada",
    "Dizzy since the new tablets",
    (
        Letter(
            "ada",
            4,
            "08:12",
            "Good morning. Since I started the new blood pressure tablets (ramipril 5 mg) ten days "
            "ago I get light-headed when I stand up, mostly in the mornings. I have not fainted. "
            "Yesterday at home it was 104 over 66. Should I stop taking them?",
        ),
        Letter(
            "demir",
            4,
            "08:47",
            "Good morning Ms Marsh, thank you for measuring, and for telling us. When it comes, "
            "please sit or lie down at once, and get up in two steps: sit first, then stand.\n\n"
            "Two questions, so that Dr Okafor can decide today. Have you had vomiting, diarrhoea "
            "or a fever in the last days? And do you take anything else, also without a "
            "prescription, such as ibuprofen?\n\n"
            "If you faint, or have chest pain or trouble breathing, do not wait for us: call 112.",
        ),
        Letter(
            "ada",
            4,
            "09:05",
            "No stomach trouble and no fever. I took ibuprofen for my back three times last week. "
            "Nothing else.",
        ),
        Letter(
            "okafor",
            4,
            "12:40",
            "Thank you, that helps a lot. 104 over 66 with dizziness is a little too low for you. "
            "From tomorrow please take half a tablet (2.5 mg), and take it in the evening. Leave "
            "out the ibuprofen while you take ramipril: the two together can strain the kidneys. "
            "Paracetamol is fine for your back.\n\n"
            "Please measure morning and evening for a week, sitting, after five quiet minutes, and "
            "write the numbers here. I would also like to check your kidney values and potassium "
            "this week. Tom Becker will call you to find a time.\n\n"
            "If you still feel faint in two days, tell me here and we change it again.",
        ),
        Letter(
            "ada",
            1,
            "18:22",
            "That is a relief, thank you. The first two evenings were 118 over 74 and 121 over 76, "
            "and I was not dizzy this morning. The blood test is in three days, at ten past eight. "
            "Do I need to come without breakfast?",
        ),
    ),
)
COUGH = Exchange(
    "cough",
    "leo",
    "Leo coughs at night",
    (
        Letter(
            "ada",
            6,
            "07:31",
            "Leo has had a cold for four days. By day he plays as always, but at night he coughs "
            "for an hour and cannot sleep. He had 38.4 on the first evening, no fever since. He "
            "drinks and eats. Is there something I can give him? He weighs 23 kg.",
        ),
        Letter(
            "lindqvist",
            6,
            "10:16",
            "Poor Leo, and poor you: those nights are long. What you describe fits an ordinary "
            "cold, and that he plays by day is the best sign there is.\n\n"
            "Cough syrups do little at his age and can make children drowsy, so I would leave "
            "them. What does help: a spoon of honey before bed (never for babies under one, but "
            "he is well past that), plenty to drink, his head a little higher, and cool fresh air "
            "in the room. A cough like this may last two or three weeks.\n\n"
            "Please bring him in the same day if the fever comes back, if he breathes fast or "
            "wheezes, if an ear hurts, or if he seems less and less himself. If he fights for "
            "breath or his lips turn blue, call 112 at once.",
        ),
        Letter(
            "ada",
            5,
            "09:02",
            "Honey worked better than I dared to hope. He slept through, and so did we. Thank you!",
        ),
    ),
    closed=True,
)
TABLETS = Exchange(
    "tablets",
    "walter",
    "Dad's tablets after the hospital",
    (
        Letter(
            "klara",
            2,
            "17:45",
            "My father came home from hospital two days ago. Their list says apixaban 5 mg twice a "
            "day, and he still has the aspirin 100 mg that he took before. Should he take both? "
            "He asked me to write, because the letters on the screen are small for him.",
        ),
        Letter(
            "okafor",
            1,
            "08:30",
            "Dear Ms Brandt, it is very good that you ask before he takes both: the two together "
            "make bleeding more likely. Please go on with the apixaban exactly as the hospital "
            "wrote, morning and evening, and do not leave out a dose.\n\n"
            "Before I say anything about the aspirin: did he have a heart attack or get a stent in "
            "the last year, and what did the hospital give as the reason for the apixaban? I have "
            "asked them for their letter today.\n\n"
            "If he sees blood, black stools or large bruises, or if he falls on his head, call us "
            "at once, and 112 when we are closed.",
        ),
        Letter(
            "klara",
            1,
            "19:10",
            "No heart attack and no stent. They said it is for the irregular heartbeat, so that he "
            "does not get a stroke. No bleeding that he noticed. He has not taken the aspirin "
            "today, we are waiting for your word.",
        ),
    ),
)
EXCHANGES = (COUGH, DIZZY, TABLETS)
