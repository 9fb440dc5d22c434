"""Quanheng 权衡: the working platform of metrology centres and of the regulators who approve and supervise them."""

__version__ = "0.1.0"
