"""Every way that things can go, one after the other."""


class Fate:
    """The choices of one walk: those given, and the first option after them."""

    def __init__(self, given):
        self.given, self.taken = given, []

    def choose(self, options):
        index = self.given[len(self.taken)] if len(self.taken) < len(self.given) else 0
        self.taken.append((index, len(options)))
        return options[index]


def following(taken):
    """The choices after these, as one counts; `None` after the last."""
    for position in range(len(taken) - 1, -1, -1):
        index, options = taken[position]
        if index + 1 < options:
            return [chosen for chosen, _ in taken[:position]] + [index + 1]
    return None
