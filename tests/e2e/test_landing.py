# SPDX-License-Identifier: Apache-2.0
"""A stranger's way through a browser: a short link, a landing page of somebody else's site, a form; a lead."""

import http.server
import threading
import urllib.parse

import pytest
from content import live_post, new_share
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from conftest import Client, wait_until

PEOPLES = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36")


@pytest.fixture(scope="module")
def site():
    """Somebody's site: pages by path, what was posted to it."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            page = self.server.pages.get(urllib.parse.urlsplit(self.path).path, "").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page)

        def do_GET(self):
            self.answer()

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.posted.append(dict(urllib.parse.parse_qsl(body)))
            self.answer()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.pages, server.posted = {}, []
    server.origin = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def company(make_company):
    return make_company()


@pytest.fixture(scope="module")
def script(stack, company, site):
    key = company.add_key("landing", "--site", "--origins", site.origin)
    return (f'<script src="{stack.places["LINK"]}/rostra.js" data-api="{stack.places["API"]}"'
            f' data-site-key="{key.secret}" defer></script>')


def shared(api, company, url):
    return new_share(api, company.member, live_post(api, company, destination_url=url))


@pytest.fixture(params=["cookies", "no cookies"])
def browser(request, tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                 f"--user-data-dir={tmp_path}/profile", "--no-first-run", "--disable-background-networking",
                 f"--user-agent={PEOPLES}"):
        options.add_argument(word)
    if request.param == "no cookies":
        options.add_experimental_option("prefs", {"profile.default_content_setting_values.cookies": 2})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(60)
    driver.cookies = request.param == "cookies"
    yield driver
    driver.quit()


FORM = ('<form data-rostra {}><input name="name"><input name="email"><input name="colour" value="blue">'
        '<button>Send</button></form>')


def fill_in(browser, email):
    browser.find_element(By.NAME, "name").send_keys("Ada Stranger")
    browser.find_element(By.NAME, "email").send_keys(email)
    browser.find_element(By.TAG_NAME, "button").click()


def lead_of(api, company, email):
    def found():
        leads = api.get("/v1/leads", who=company.admin, params={"q": email}).json()["items"]
        whole = api.get(f"/v1/leads/{leads[0]['id']}", who=company.admin).json() if leads else None
        return whole if whole and whole["matched_by"] != "pending" else None

    return wait_until(found, 15, f"the lead of {email}")


def test_a_visitor_of_a_short_link_becomes_a_lead_of_its_share(api, company, site, script, browser):
    share = shared(api, company, site.origin + "/landing")
    site.pages["/landing"] = f'<!doctype html><title>Landing</title>{script}<a id="on" href="/contact">Contact us</a>'
    site.pages["/contact"] = (f'<!doctype html><title>Contact</title>{script}{FORM.format("")}<script>'
                              'addEventListener("rostra", e => document.title = e.detail.ok ? "Sent" : "Failed")</script>')
    email = f"ada.{share['id']}@stranger.example"
    browser.get(share["link"])
    assert browser.current_url.startswith(site.origin + "/landing?") and "rclid=" in browser.current_url
    names = {c["name"] for c in browser.get_cookies()}
    assert ("rclid" in names) == browser.cookies
    browser.find_element(By.ID, "on").click()
    WebDriverWait(browser, 30).until(lambda b: b.title == "Contact")
    assert ("rclid=" in browser.current_url) != browser.cookies, "in the address only when nothing else keeps it"
    fill_in(browser, email)
    WebDriverWait(browser, 30).until(lambda b: b.title == "Sent")
    lead = lead_of(api, company, email)
    assert (lead["matched_by"], lead["name"], lead["channel"]) == ("click", "Ada Stranger", "form")
    assert [t["share_id"] for t in lead["touches"]] == [share["id"]]

    # Another link's visitor from then on; and a form that the site takes for itself as well.
    share = shared(api, company, site.origin + "/offer")
    site.pages["/offer"] = f'<!doctype html><title>Offer</title>{script}{FORM.format("action=/thanks method=post")}'
    site.pages["/thanks"] = "<!doctype html><title>Thanks</title>"
    email = f"eve.{share['id']}@stranger.example"
    browser.get(share["link"])
    rclid = urllib.parse.parse_qs(urllib.parse.urlsplit(browser.current_url).query)["rclid"][0]
    fill_in(browser, email)
    WebDriverWait(browser, 30).until(lambda b: b.title == "Thanks")
    assert site.posted[-1] == {"name": "Ada Stranger", "email": email, "colour": "blue", "click_id": rclid}
    assert [t["share_id"] for t in lead_of(api, company, email)["touches"]] == [share["id"]]


def test_the_script_is_small_and_may_be_used_from_everywhere(stack):
    answer = Client(stack.places["LINK"]).get("/rostra.js", contract=False)
    assert answer.status_code == 200 and len(answer.content) <= 2048
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer.headers["Cache-Control"] == "public, max-age=3600" and answer.headers["X-Content-Type-Options"] == "nosniff"
