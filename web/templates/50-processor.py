# title: Processor
# about: Computes primes for some seconds, in colour
import time

began, found, number = time.monotonic(), 0, 2
while time.monotonic() - began < 4:
    if all(number % divisor for divisor in range(2, int(number**0.5) + 1)):
        found += 1
        if found % 5000 == 0:
            print(f"\x1b[2m{time.monotonic() - began:5.2f} s\x1b[0m  prime number \x1b[1;33m{found}\x1b[0m is \x1b[36m{number}\x1b[0m")
    number += 1
print(f"\x1b[32m{found} primes in 4 seconds\x1b[0m")
