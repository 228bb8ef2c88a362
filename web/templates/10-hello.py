# title: Hello
# about: Where a program finds itself
import os
import platform
import sys

print(f"Hello from Python {platform.python_version()} on {platform.system()} {platform.release()}.")
print(f"I am user {os.getuid()} in {os.getcwd()}, and I see {sum(name.isdigit() for name in os.listdir('/proc'))} processes.")
print("This goes to standard error.", file=sys.stderr)
