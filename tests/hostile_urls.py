"""URLs that nothing may be fetched from, and where the names among them lead."""

from web import PUBLIC

from rag.fetch import LONGEST_URL

NAMES = {
    "localhost": [["127.0.0.1", "::1"]],
    "a.localhost": [["127.0.0.1"]],
    "ip6-localhost": [["::1"]],
    "redis": [["172.18.0.3"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "mixed.example": [[PUBLIC, "10.0.0.7"]],
    "127.0.0.1.nip.example": [["127.0.0.1"]],
    "xn--mller-kva.example": [["192.168.1.1"]],
}
HOSTILE = [
    # Addresses inside, however they are spelled.
    *("http://127.0.0.1/", "https://127.0.0.1/", "http://127.0.0.1:443/", "http://127.1/"),
    *("http://127.0.1/", "http://2130706433/", "http://017700000001/", "http://0x7f000001/"),
    *("http://0x7f.1/", "http://0X7F.1/", "http://0x7f.0x0.0x0.0x1/", "http://0177.0.0.1/"),
    *(
        "http://0177.1/",
        "http://127.0.0.1:80/",
        "http://0/",
        "http://0.0.0.0/",
        "http://127。0。0。1/",
    ),
    *(
        "http://127．0．0．1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://１２７.0.0.1/",
        "http://%31%32%37.0.0.1/",
    ),
    *("http://127.0.0.1%2f@news.example/", "http://256.0.0.1/"),
    *("http://[::1]/", "http://[::]/", "http://[0000::1]:80/", "http://[::ffff:127.0.0.1]/"),
    *("http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[64:ff9b::7f00:1]/"),
    *("http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::1]/", "http://[2002:7f00:1::]/"),
    *("http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "http://[fe80::1]/", "http://[fc00::1]/"),
    *(
        "http://[fe80::1%25lo]/",
        "http://[::1%25lo]/",
        "http://[ff02::1]/",
        "http://[fd00:ec2::254]/",
    ),
    *("http://169.254.169.254/latest/meta-data/", "http://0xa9fea9fe/", "http://2852039166/"),
    *("http://169.254.170.2/", "http://100.100.100.200/", "http://168.63.129.16/"),
    *("http://192.0.0.192/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/"),
    *("http://100.64.0.1/", "http://198.18.0.1/", "http://224.0.0.1/", "http://255.255.255.255/"),
    # Names that lead inside.
    *("http://localhost/", "http://LOCALHOST/", "http://localhost./", "https://a.localhost/"),
    *("http://a.localhost./", "http://ip6-localhost/", "http://redis/", "http://mixed.example/"),
    *("http://metadata.google.internal/computeMetadata/v1/", "http://127.0.0.1.nip.example/"),
    *(
        "http://müller.example/",
        "http://ⓛocalhost/",
        "http://local\u00adhost/",
        "http://localhost\u200b/",
    ),
    # Who is meant is not who seems to be.
    *(
        "http://news.example@127.0.0.1/",
        "http://127.0.0.1@news.example/",
        "http://a:b@news.example/",
    ),
    *(
        "http://news.example\\@127.0.0.1/",
        "http://news.example:80@127.0.0.1/",
        "http://@127.0.0.1/",
    ),
    *(
        "http://127.0.0.1#@news.example/",
        "http://127.0.0.1?@news.example/",
        "http://a@b@news.example/",
    ),
    *("http://news.example%00.evil.example/", "http://news.example%0d%0aHost:evil.example/"),
    *(
        "http://127.0.0.1\\.news.example/",
        "http://news.example|127.0.0.1/",
        "http://{news}.example/",
    ),
    # What is not fetched from anywhere.
    *(
        "file:///etc/passwd",
        "file://news.example/etc/passwd",
        "FILE:/etc/passwd",
        "ftp://news.example/",
    ),
    *(
        "gopher://127.0.0.1:6379/_INFO",
        "data:text/html,<p>hi",
        "javascript:alert(1)",
        "blob:http://a/b",
    ),
    *(
        "dict://127.0.0.1:11211/",
        "ldap://news.example/",
        "jar:http://news.example!/",
        "mailto:a@b.c",
    ),
    *("ws://news.example/", "unix:///var/run/docker.sock", "view-source:http://news.example/"),
    *("http://news.example:22/", "http://news.example:6379/", "http://news.example:8080/"),
    *("https://news.example:8443/", "http://news.example:0/", "http://news.example:-80/"),
    *("http://news.example:65616/", "http://news.example:80:80/", "http://news.example:http/"),
    # What is no URL at all.
    *(
        "",
        " ",
        "news.example",
        "//news.example/",
        "/etc/passwd",
        "http://",
        "http:///",
        "http:/",
        "http:",
    ),
    *("http://:80/", "http://?", "http://#", "http://./", "http://../", "http://a..example/"),
    *(
        "http://[::1/",
        "http://::1/",
        "http://[]/",
        "http://[news.example]/",
        "http://[::1]news.example/",
    ),
    *(
        "http://news.example/\r\nHost: evil.example",
        "http://news.example/ HTTP/1.1\r\nX: y",
        "http://a\tb/",
    ),
    *(
        "http://news.example/\0",
        "http://news\n.example/",
        "http://\ud800/",
        "http://news.example/\udfff",
    ),
    *(
        f"http://news.example/{'a' * LONGEST_URL}",
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 200}b/",
    ),
]
LOCATIONS = [
    *(
        "http://127.0.0.1/",
        "http://localhost/",
        "//2130706433/",
        "https://[::1]/",
        "http://0x7f.1/",
    ),
    *("http://169.254.169.254/latest/", "http://[64:ff9b::7f00:1]/", "http://mixed.example/"),
    *("file:///etc/passwd", "ftp://news.example/", "javascript:alert(1)", "data:text/html,hi"),
    *("gopher://127.0.0.1:6379/_", "http://news.example:6379/", "http://a:b@news.example/"),
    *("http://[::1/", "http://[::1%25lo]/", f"/{'a' * LONGEST_URL}"),
]
"""Hostile where a redirect leads there."""
