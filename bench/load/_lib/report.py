"""The figures of a program: a table for people, build/bench/NAME.json for others, the exit status for both."""
import json
import sys

from _lib import machine


class Report:
    def __init__(self, name):
        self.name = name
        self.machine = machine.describe()
        self.figures = []
        print(f"{name}: {self.machine}", flush=True)

    def say(self, text):
        print(f"  {text}", flush=True)

    def figure(self, what, value, unit, must=None, wanted=None):
        """must: ("<=", 1.0) or the like; a figure without one informs only. Four significant digits are kept."""
        value = float(f"{value:.4g}")
        holds = True if must is None else _holds(value, must)
        self.figures.append({"what": what, "value": value, "unit": unit,
                             "must": None if must is None else f"{must[0]} {must[1]:g}", "holds": holds})
        if wanted is not None:
            self.figures[-1]["wanted"] = f"{wanted[0]} {wanted[1]:g}"
        self.say(f"{what}: {value:g} {unit}" + ("" if holds else f"   FALLS SHORT of {must[0]} {must[1]:g}"))

    def finish(self):
        width = max(len(figure["what"]) for figure in self.figures)
        print(f"\n{self.name:<{width}}  {'value':>10}  {'unit':<10} {'must':<12} holds")
        for figure in self.figures:
            verdict = "-" if figure["must"] is None else ("yes" if figure["holds"] else "NO")
            print(f"{figure['what']:<{width}}  {figure['value']:>10g}  {figure['unit']:<10} "
                  f"{figure['must'] or '':<12} {verdict}")
        folder = machine.ROOT / "build" / "bench"
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"name": self.name, "machine": self.machine, "figures": self.figures}, indent=2)
        (folder / f"{self.name}.json").write_text(text + "\n", encoding="utf-8")
        sys.exit(0 if all(figure["holds"] for figure in self.figures) else 1)


def _holds(value, must):
    sign, bound = must
    return {"<=": value <= bound, "<": value < bound, ">=": value >= bound, ">": value > bound,
            "==": value == bound}[sign]
