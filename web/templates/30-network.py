# title: Network attempt
# about: Tries to get out, and is refused
import socket

for host, port in [("192.0.2.1", 80), ("127.0.0.1", 7878)]:
    try:
        socket.create_connection((host, port), timeout=2).close()
    except OSError as error:
        print(f"{host}:{port}: {error}")
    else:
        print(f"{host}:{port}: reached, which should never happen")
