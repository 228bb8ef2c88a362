# title: A failing test
# about: unittest, with one case that does not hold
import unittest


def slug(title):
    return title.lower().replace(" ", "-")


class Slugs(unittest.TestCase):
    def test_spaces_become_dashes(self):
        self.assertEqual(slug("A Quiet Place"), "a-quiet-place")

    def test_punctuation_is_left_out(self):
        self.assertEqual(slug("What, if?"), "what-if")


if __name__ == "__main__":
    unittest.main()
