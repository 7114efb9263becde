"""Which pieces of held-out text are shipped with the records: windows of 40 tokens that show the strongest activations of as many features as possible."""
import numpy as np

LENGTH, WINDOWS, LEFT = 40, 3276, 4  # an activation nearer than LEFT to the beginning of its window is not shown


def grid(text):
    """Window and offset of every real token (-1: in none); windows don't cross the ends of a piece. -> window, offset, first token of each window."""
    n = np.bincount(text.row, minlength=len(text.rows))
    k = (text.place - 1) // LENGTH
    inside = k < (n // LENGTH)[text.row]
    base = np.concatenate([[0], np.cumsum(n // LENGTH)])[:-1]
    window = np.where(inside, base[text.row] + k, -1)
    starts = np.flatnonzero(inside & ((text.place - 1) % LENGTH == 0))
    return window, (text.place - 1) % LENGTH, starts


def choose(votes, windows, count=WINDOWS, rounds=8, enough=6):
    """votes: [(feature number [m], window [m], weight [m])] of all dictionaries -> the chosen windows, sorted. A feature that has `enough` shown contexts votes for no more."""
    chosen = np.zeros(windows, bool)
    for r in range(rounds):
        gain = np.zeros(windows)
        for feature, window, w in votes:
            have = np.bincount(feature[chosen[window]], minlength=feature.max(initial=0) + 1)
            gain += np.bincount(window, w / (1 + have[feature]) ** 2 * (have[feature] < enough), minlength=windows)
        gain[chosen] = -1
        chosen[np.argsort(-gain, kind="stable")[:count * (r + 1) // rounds - chosen.sum()]] = True
    return np.flatnonzero(chosen)
