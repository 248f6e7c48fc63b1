"""Takes its time to be imported, as the libraries of a notebook do."""

import time

time.sleep(3)
