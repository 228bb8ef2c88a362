# title: Plot
# about: Draws a curve as SVG, with the standard library alone
import math
import pathlib

WIDTH, HEIGHT = 640, 280
points = [(x, math.sin(x / 40) * math.exp(-x / 400)) for x in range(WIDTH)]
path = " ".join(f"{x},{HEIGHT / 2 - y * HEIGHT * 0.45:.1f}" for x, y in points)
pathlib.Path("wave.svg").write_text(
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
    f'<rect width="100%" height="100%" fill="#faf8f5"/>'
    f'<line x1="0" y1="{HEIGHT / 2}" x2="{WIDTH}" y2="{HEIGHT / 2}" stroke="#d8d1c7"/>'
    f'<polyline points="{path}" fill="none" stroke="#c2410c" stroke-width="2"/></svg>'
)
print("The picture is among the output files.")
