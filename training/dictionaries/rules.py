"""Labels by a rule on tokens: proposed from one half of the text, scored on the other.

A rule is a sum of at most six parts (slot, value, weight 1 to 3). A part's weight grows with the logarithm of how much more often it holds where the feature fires than elsewhere. Parts are added one
at a time, the one that raises the AUC in the proposing half most, as long as it does so by `GAIN`.
"""
import numpy as np

from record_format import RULE, SLOTS

GAIN, SAMPLE, TEST, FEWEST, EARLIER = 0.01, 400, 50, 20, (-8, -7, -6, -5, -4, -3)
PER_SLOT = 6


class Views:
    """What a rule may look at, for every real token of the text."""

    def __init__(self, text, classes, vocab):
        self.plain = {"token": text.around(0), "previous": text.around(-1), "before_previous": text.around(-2), "next": text.around(1)}
        self.earlier = np.stack([text.around(o) for o in EARLIER], 1)
        self.classes, self.vocab, self.half = classes, vocab, text.half
        self.share = {s: np.bincount(v[v >= 0], minlength=vocab) / len(v) for s, v in self.plain.items()}
        every = self.earlier[::7]
        self.share["earlier"] = np.bincount(np.concatenate([np.unique(r[r >= 0]) for r in every]), minlength=vocab) / len(every)
        for slot, of in (("token_class", "token"), ("previous_class", "previous")):
            v = self.plain[of]
            self.share[slot] = np.array([c[v[v >= 0]].sum() / len(v) for c in classes])

    def holds(self, slot, value, at):
        """Does the part hold at these tokens? bool."""
        if slot in self.plain:
            return self.plain[slot][at] == value
        if slot == "earlier":
            return (self.earlier[at] == value).any(1)
        v = self.plain["token" if slot == "token_class" else "previous"][at]
        return self.classes[value][np.maximum(v, 0)] & (v >= 0)

    def candidates(self, at):
        """Parts that are more frequent at these tokens than anywhere: [(slot, value, weight)]."""
        out, n = [], len(at)
        for slot in ("token", "previous", "before_previous", "earlier", "next"):
            v = self.plain[slot][at] if slot in self.plain else np.concatenate([np.unique(r[r >= 0]) for r in self.earlier[at]] or [np.zeros(0, np.int32)])
            values, counts = np.unique(v[v >= 0], return_counts=True)
            more = counts / n - self.share[slot][values]
            for k in np.argsort(-more, kind="stable")[:PER_SLOT]:
                if counts[k] >= max(2, 0.01 * n) and more[k] > 0:
                    out.append((slot, int(values[k]), weight(counts[k] / n, self.share[slot][values[k]])))
        for slot in ("token_class", "previous_class"):
            for c in range(len(self.classes)):
                p, q = self.holds(slot, c, at).mean(), self.share[slot][c]
                if p > 1.5 * q and p > 0.2:
                    out.append((slot, c, weight(p, q)))
        return out


def weight(p, q):
    """1, 2 or 3: up to 8 times, up to 64 times, more often than elsewhere."""
    return int(np.clip(1 + np.floor(np.log(p / max(q, 1e-6)) / np.log(8)), 1, 3))


def auc(positive, negative):
    """ROC AUC of whole-number scores [.., n] against [.., m] (leading axes alike); ties count one half."""
    top = int(max(positive.max(initial=0), negative.max(initial=0))) + 1
    levels = np.arange(top)
    p = (positive[..., None] == levels).mean(-2)
    q = (negative[..., None] == levels).mean(-2)
    below = np.cumsum(q, -1) - q
    return (p * (below + q / 2)).sum(-1)


def propose(views, firing, silent):
    """A rule [(slot, value, weight)] from tokens where the feature fires and where it doesn't."""
    parts = views.candidates(firing)
    if not parts:
        return []
    p = np.stack([views.holds(s, v, firing) * w for s, v, w in parts]).astype(np.int8)
    q = np.stack([views.holds(s, v, silent) * w for s, v, w in parts]).astype(np.int8)
    chosen, best = [], 0.5
    sp, sq = np.zeros(p.shape[1], np.int8), np.zeros(q.shape[1], np.int8)
    for _ in range(RULE):
        a = auc(sp + p, sq + q)
        a[chosen] = 0
        k = int(a.argmax())
        if a[k] < best + GAIN:
            break
        chosen.append(k)
        best, sp, sq = a[k], sp + p[k], sq + q[k]
    return [parts[k] for k in chosen]


def score(views, rule, at):
    out = np.zeros(len(at), np.int16)
    for slot, value, w in rule:
        out += views.holds(slot, value, at) * w
    return out


def draw(rng, where, count):
    return where if len(where) <= count else rng.choice(where, count, replace=False)


def draw_evenly(rng, where, value, top, count):
    """`count` of the tokens, as evenly as there are any from the four quarters of the range (0, top]."""
    quarter = np.clip(np.ceil(value / top * 4).astype(int) - 1, 0, 3)
    groups = sorted((rng.permutation(where[quarter == q]) for q in range(4)), key=len)
    out, left = [], count
    for k, g in enumerate(groups):  # the smallest first: what they lack goes to the others
        take = g[:-(-left // (4 - k))]
        out.append(take)
        left -= len(take)
    return np.concatenate(out)[:count]


def silent_tokens(rng, pool, firing, count):
    """Tokens of the pool at which the feature doesn't fire; `firing` is sorted."""
    some = rng.choice(pool, 2 * count + 200, replace=True)
    at = np.searchsorted(firing, some)
    hit = (at < len(firing)) & (firing[np.minimum(at, len(firing) - 1)] == some) if len(firing) else np.zeros(len(some), bool)
    return np.unique(some[~hit])[rng.permutation(len(np.unique(some[~hit])))][:count]


def label_all(views, starts, tokens, values, n, seed, evenly=False):
    """For features 0..n-1, `tokens[starts[i]:starts[i+1]]` sorted tokens where i fires, and how strongly -> rules, auc [n] (nan: not scored), control [n].
    `evenly`: the firing tokens are drawn evenly from the quarters of the range, not at random."""
    rng = np.random.default_rng(seed)
    halves = [np.flatnonzero(views.half == h) for h in (0, 1)]
    rules, tests = [], []
    pick = draw_evenly if evenly else lambda rng, where, value, top, count: draw(rng, where, count)
    for i in range(n):
        fires = tokens[starts[i]:starts[i + 1]]
        side = views.half[fires]
        a, b = fires[side == 0], fires[side == 1]
        v = values[starts[i]:starts[i + 1]]
        top = v.max(initial=0)
        ok = len(a) >= FEWEST and len(b) >= FEWEST
        rules.append(propose(views, pick(rng, a, v[side == 0], top, SAMPLE), silent_tokens(rng, halves[0], fires, SAMPLE)) if ok else [])
        tests.append((pick(rng, b, v[side == 1], top, TEST), silent_tokens(rng, halves[1], fires, TEST)) if ok else None)
    have = [i for i in range(n) if tests[i] is not None]
    own, other = np.full(n, np.nan), np.full(n, np.nan)
    for i in have:
        own[i] = auc(score(views, rules[i], tests[i][0]), score(views, rules[i], tests[i][1]))
        j = i
        while j == i and len(have) > 1:
            j = have[rng.integers(len(have))]
        other[i] = auc(score(views, rules[j], tests[i][0]), score(views, rules[j], tests[i][1]))
    return rules, own, other


def columns(rules):
    """rule_slot, rule_value, rule_weight [n, 6]."""
    out = np.zeros((3, len(rules), RULE), np.int64)
    for i, rule in enumerate(rules):
        for k, (slot, value, w) in enumerate(rule):
            out[:, i, k] = SLOTS.index(slot), value, w
    return dict(zip(("rule_slot", "rule_value", "rule_weight"), out))
