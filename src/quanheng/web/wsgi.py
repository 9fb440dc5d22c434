"""The WSGI door that the server opens. A worker ends by itself when the server that started it is gone."""

import os
import threading
import time

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quanheng.web.settings")
application = get_wsgi_application()


def _end_with(server: int) -> None:
    while os.getppid() == server:
        time.sleep(2)
    os._exit(0)


if os.environ.get("QUANHENG_SERVER_PID"):  # set by `quanheng serve`: a killed server cannot tell its workers
    threading.Thread(target=_end_with, args=(int(os.environ["QUANHENG_SERVER_PID"]),), daemon=True).start()
