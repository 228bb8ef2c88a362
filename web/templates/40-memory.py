# title: Memory
# about: Takes more and more until its limit stops it
# limits: memory_bytes=134217728
import time

taken = []
while True:
    taken.append(bytearray(4 * 1024 * 1024))
    print(f"{len(taken) * 4} MiB")
    time.sleep(0.1)
