# title: A mistake on its line
# about: An error, its stack trace, and the way to its line
def mean(values):
    return sum(values) / len(values)


def report(groups):
    for name, values in groups.items():
        print(f"{name}: {mean(values):.2f}")


report({"control": [4.1, 3.9, 4.4], "treatment": []})
