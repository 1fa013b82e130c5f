"""The clock of every timed loop, here and in the peers: the wall's, or with ``--clock processor`` the processor's.

The processor's counts what all threads of the process used and leaves out what other programs took, which on a busy
machine is half of the wall's; on a calm one, for one thread, both say the same.
"""

import os
from time import perf_counter, process_time

from benchmarks.environment import CLOCK_VARIABLE

CLOCKS = {"wall": perf_counter, "processor": process_time}

now = CLOCKS[os.environ.get(CLOCK_VARIABLE, "wall")]
