# title: Files
# about: Reads an input if there is one, leaves a table, a picture and a text
import csv
import pathlib
import struct
import zlib

for path in sorted(pathlib.Path().iterdir()):
    print(f"I found {path} ({path.stat().st_size} bytes).")

with open("squares.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["number", "square", "cube"])
    table.writerows([n, n**2, n**3] for n in range(1, 41))

SIZE = 192


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


pixels = b"".join(
    b"\0" + bytes(value for x in range(SIZE) for value in (x * 255 // SIZE, (x ^ y) & 255, y * 255 // SIZE))
    for y in range(SIZE)
)
header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
pathlib.Path("picture.png").write_bytes(png)

pathlib.Path("notes.txt").write_text("What stands here when the program ends is collected.\n")
print("I left a table, a picture and a text.")
