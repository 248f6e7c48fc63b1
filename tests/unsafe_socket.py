"""Imported by a fork server, leaves it with a connection."""

import socket

KEPT = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
