"""Close codes, as RFC 6455 (section 7.4.1) and IANA's registry after it name them."""

from __future__ import annotations

NORMAL_CLOSURE = 1000
PROTOCOL_ERROR = 1002
INVALID_DATA = 1007

POLICY_VIOLATION = 1008
"""Of who broke a rule, or has logged out: don't come back."""

TOO_BIG = 1009

INTERNAL_ERROR = 1011
"""An author's function has failed, or a ping was not answered."""

SERVICE_RESTART = 1012
"""Come back soon."""

TRY_AGAIN_LATER = 1013

NO_STATUS = 1005
"""Never sent: it stands for the code of a close frame that has none."""

ABNORMAL_CLOSURE = 1006
"""Never sent: it stands for the code of a connection that ended without one."""

SENDABLE = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
"""Of those below 3000. Those from there to 4999 are for libraries and authors."""

KNOWN = SENDABLE | {NO_STATUS, ABNORMAL_CLOSURE, 1015}
"""Besides: what stands for none, and is never sent."""
