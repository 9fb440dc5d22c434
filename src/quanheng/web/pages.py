"""The door to the page frame of this roof: the page of any act, and the bases that the apps' pages derive from.

Apps import the bases from `quanheng.apps.records.pages`, since an app may not look up to the roof.
"""

from quanheng.apps.records.pages import DetailPage, ListPage, Page, act_link, page_of
from quanheng.web.act_page import ActPage, do_link

__all__ = ["ActPage", "DetailPage", "ListPage", "Page", "act_link", "do_link", "page_of"]
