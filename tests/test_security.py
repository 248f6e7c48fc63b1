"""Nothing leaves the machine, and text is never code."""

import socket
import urllib.error
import urllib.request

import pytest


@pytest.mark.parametrize("address", ["http://192.0.2.1/", "http://example.org/"])
def test_notebooks_are_run_in_tests_without_a_network(no_network, address):
    with pytest.raises(urllib.error.URLError, match="denies the network"):
        urllib.request.urlopen(address, timeout=1)


def test_loopback_stays_open_in_tests(no_network):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect(server.getsockname())
