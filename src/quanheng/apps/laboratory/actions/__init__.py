"""The only writer of instruments, certificates, checks and what stands beside them."""

from quanheng.apps.laboratory.actions.certificates import (
    confirm_certificate,
    enter_certificate,
    replace_certificate,
    revoke_certificate,
)
from quanheng.apps.laboratory.actions.instruments import record_check, record_placement, register_instrument
from quanheng.apps.laboratory.actions.intake import take_in

__all__ = [
    "confirm_certificate",
    "enter_certificate",
    "record_check",
    "record_placement",
    "register_instrument",
    "replace_certificate",
    "revoke_certificate",
    "take_in",
]
