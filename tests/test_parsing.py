import ast
import gc


def test_what_is_collected_while_something_is_parsed_may_parse_as_well() -> None:
    source = "\n".join(f"x = [(a, b), {{c: d}}, f(e, g={number})]" for number in range(1000))

    def parses(phase: str, _: object) -> None:
        if phase == "stop":
            ast.parse("1 + 1")

    gc.callbacks.append(parses)
    try:
        assert len(ast.parse(source).body) == 1000
    finally:
        gc.callbacks.remove(parses)
