"""Checks of the dictionary code that need no text and no GPU: python -m unittest test_dictionaries (in this folder)."""
import os
import tempfile
import unittest

import numpy as np
import torch

import bits
import classes
import excerpts
import record_format as form
import reference as ref
import rules
import storage


def parameters(n=32, d=16):
    g = torch.Generator().manual_seed(3)
    return {"w_dec": torch.randn(n, d, generator=g), "map": torch.eye(d) + 0.1 * torch.randn(d, d, generator=g), "scale": 0.5 + torch.rand(n, generator=g), "b_enc": torch.randn(n, generator=g),
            "b_dec": torch.randn(d, generator=g), "threshold": torch.rand(n, generator=g)}


class Storage(unittest.TestCase):
    def test_bits_come_back(self):
        for b in (1, 4, 5, 6, 13):
            codes = np.random.default_rng(b).integers(0, 1 << b, (7, 11))
            self.assertTrue((bits.unpack(bits.pack(codes, b), b, 11) == codes).all())

    def test_first_bits_lie_lowest(self):
        self.assertEqual(bits.pack([[1, 2, 3]], 5).tolist(), [[1 + (2 << 5) & 255, (2 << 5 | 3 << 10) >> 8]])

    def test_a_saved_dictionary_is_the_rounded_one(self):
        for b in (4, 5, 6, 8):
            with tempfile.TemporaryDirectory() as folder:
                p = parameters()
                storage.save(folder, p, b, storage.config("blocks.0.hook_resid_post", 16, 32, b, "made-up", 0, 4, 0))
                back, want = storage.load(folder)[0], storage.as_stored(p, b)
                for k in want:
                    self.assertTrue(torch.equal(back[k], want[k]), k)

    def test_it_is_a_jumprelu_dictionary_of_saelens(self):
        p, x = parameters(), torch.randn(5, 16, generator=torch.Generator().manual_seed(1))
        q = {"W_enc": storage.encoder(p), "b_enc": p["b_enc"], "W_dec": p["w_dec"], "b_dec": p["b_dec"], "threshold": p["threshold"]}
        c = {"architecture": "jumprelu", "apply_b_dec_to_input": True}
        torch.testing.assert_close(storage.encode(p, x), ref.encode(q, x, c))
        torch.testing.assert_close(storage.decode(p, storage.encode(p, x)), ref.decode(q, ref.encode(q, x, c), c))


class Records(unittest.TestCase):
    def test_fields_come_back(self):
        layout, rng = form.fields(64, 24, 512, 1280), np.random.default_rng(0)
        columns = {f["name"]: form.value(f, rng.integers(0, 1 << f["bits"], (64, f["count"]))) for f in layout}
        columns["max"] = np.float16(rng.random((64, 1)))
        with tempfile.TemporaryDirectory() as folder:
            form.write(folder, layout, columns, {"hook": "h", "model": "m", "tokens": 1, "classes": []})
            _, back = form.read(folder)
            self.assertEqual(os.path.getsize(os.path.join(folder, "records.bin")) % 64, 0)
        for f in layout:
            np.testing.assert_allclose(back[f["name"]], columns[f["name"]].reshape(64, -1), rtol=1e-9, atol=1e-12)

    def test_excerpts_prefer_what_is_rare(self):
        votes = [(np.array([0, 0, 0, 1]), np.array([0, 1, 2, 3]), np.array([1.0, 1, 1, 1]))]
        self.assertIn(3, excerpts.choose(votes, 5, count=2, rounds=2))


class Rules(unittest.TestCase):
    def test_auc(self):
        self.assertAlmostEqual(float(rules.auc(np.array([1, 2, 2]), np.array([0, 1]))), 5.5 / 6)
        self.assertAlmostEqual(float(rules.auc(np.array([0, 0]), np.array([0, 0, 0]))), 0.5)

    def test_draws_evenly(self):
        value = np.random.default_rng(0).random(1000) ** 3
        some = rules.draw_evenly(np.random.default_rng(1), np.arange(1000), value, value.max(), 50)
        self.assertEqual(len(set(some)), 50)
        self.assertTrue((np.bincount(np.ceil(value[some] / value.max() * 4).astype(int))[1:] >= 12).all())

    def test_silent_tokens_are_silent(self):
        firing = np.arange(0, 1000, 3)
        some = rules.silent_tokens(np.random.default_rng(0), np.arange(1000), firing, 50)
        self.assertEqual(len(some), 50)
        self.assertFalse(set(some) & set(firing))

    def test_a_planted_rule_is_found_and_a_foreign_one_is_not(self):
        rng = np.random.default_rng(0)

        class Planted:
            half = np.repeat([0, 1], 4000)
            ids = rng.integers(1, 40, 8000)

            def around(self, offset):
                return np.roll(self.ids, -offset).astype(np.int32)

        text = Planted()
        views = rules.Views(text, classes.table(["<|endoftext|>"] + [f" w{i}" for i in range(39)]), 40)
        where = [np.flatnonzero(np.roll(text.ids, 1) == 7), np.flatnonzero(text.ids == 9)]
        starts = np.array([0, len(where[0]), len(where[0]) + len(where[1])])
        made, own, other = rules.label_all(views, starts, np.concatenate(where), np.ones(starts[-1], np.float32), 2, seed=0)
        self.assertIn(("previous", 7), [part[:2] for part in made[0]])
        self.assertIn(("token", 9), [part[:2] for part in made[1]])
        self.assertTrue((own > 0.95).all() and (other < 0.7).all())

    def test_classes(self):
        t = classes.table(["", " Paris", "ing", "12", ".", "\n"])
        of = lambda name: [n for n, _ in classes.CLASSES].index(name)
        self.assertEqual(t[of("capitalised word")].tolist(), [False, True, False, False, False, False])
        self.assertEqual(t[of("number")].tolist(), [False, False, False, True, False, False])
        self.assertEqual(t[of("line break")].tolist(), [False] * 5 + [True])


if __name__ == "__main__":
    unittest.main()
