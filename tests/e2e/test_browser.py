# SPDX-License-Identifier: Apache-2.0
"""A person signs in as the demo lets them: in a browser, on a phone's width, through the company's provider."""

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from conftest import Client, Person, Stack, uuid7
from content import made

PHONE = (390, 844)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    running = Stack(tmp_path_factory.mktemp("demo"))
    running.start("--demo", "--sign-in", "--size", "tiny", "--port", "0")
    assert running.data["sign_in"], "no provider"
    yield running
    running.stop()


@pytest.fixture
def browser(tmp_path):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", f"--user-data-dir={tmp_path}/profile",
                 "--no-first-run", "--disable-background-networking"):
        options.add_argument(word)
    options.add_experimental_option("mobileEmulation", {"deviceMetrics": {
        "width": PHONE[0], "height": PHONE[1], "pixelRatio": 1.0, "touch": True}})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.set_page_load_timeout(60)
    yield driver
    driver.quit()


def until(browser, check, what):
    return WebDriverWait(browser, 60).until(lambda b: check(), what)


def text(browser, id_):
    return browser.find_element(By.ID, id_).text


def sign_in(browser, demo, who):
    """As WHO@acme.example."""
    (person,) = demo.db("SELECT display_name FROM person WHERE email = %s", (f"{who}@acme.example",))
    browser.get(demo.places["API"] + "/app/")
    until(browser, lambda: browser.find_element(By.ID, "sign-in").is_displayed(), "the button")
    browser.find_element(By.ID, "sign-in").click()
    until(browser, lambda: browser.title == "Sign in", "the provider's page")
    people = browser.find_elements(By.NAME, "login")
    assert len(people) > 4
    next(p for p in people if p.text.startswith(person["display_name"])).click()


def test_a_person_picks_their_name_and_sees_their_feed(demo, browser):
    sign_in(browser, demo, "manager")
    until(browser, lambda: text(browser, "state") == "You are signed in.", "the end of the sign-in")
    assert text(browser, "name") and text(browser, "role").startswith("manager, ")
    assert len(browser.find_elements(By.CSS_SELECTOR, "#feed li")) == 5
    assert browser.current_url == demo.places["API"] + "/app/"  # no code is left in the address
    assert browser.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
    (session,) = demo.db("SELECT s.method, s.platform, s.ended_at FROM session s")
    assert session == {"method": "oidc", "platform": "web", "ended_at": None}
    browser.find_element(By.ID, "sign-out").click()
    until(browser, lambda: text(browser, "state") == "You are signed out.", "the sign-out")
    assert demo.db("SELECT ended_by FROM session")[0]["ended_by"] == "person"
    wrong = [line["message"] for line in browser.get_log("browser") if line["level"] == "SEVERE" and "favicon" not in line["message"]]
    assert not wrong, wrong


def test_an_answer_that_was_not_asked_for_is_refused(demo, browser):
    browser.get(demo.places["API"] + "/app/?state=xxxxxxxx&code=stolen")
    until(browser, lambda: text(browser, "state") == "This sign-in was not begun here.", "the refusal")
    browser.get(demo.places["API"] + "/app/?state=xxxxxxxx&error=%3Cscript%3E")
    until(browser, lambda: text(browser, "state") == "This sign-in was not begun here.", "the refusal")


def test_what_must_be_accepted_comes_before_the_feed(demo, browser):
    api, admin = Client(demo.places["API"]), Person(demo, "acme", "", "admin@acme.example", "admin")
    place = f"/v1/consents/{uuid7()}"
    made(api.put(place, who=admin, contract=False, json={"name": "terms", "in_force_at": "2026-01-01T00:00:00Z", "texts": [
        {"language": "en", "title": "How we share", "body": "Be kind.\nSay that you work here."}]}))
    try:
        sign_in(browser, demo, "manager")
        until(browser, lambda: text(browser, "consent-title") == "How we share", "the text")
        assert text(browser, "consent-body") == "Be kind.\nSay that you work here."
        assert not browser.find_element(By.ID, "person").is_displayed()
        assert browser.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
        browser.find_element(By.ID, "accept").click()
        until(browser, lambda: text(browser, "state") == "You are signed in.", "the feed")
        assert len(browser.find_elements(By.CSS_SELECTOR, "#feed li")) == 5
        assert not browser.find_element(By.ID, "consent").is_displayed()
        (kept,) = demo.db("SELECT p.email, a.language FROM consent_acceptance a JOIN person p ON p.id = a.person_id")
        assert kept == {"email": "manager@acme.example", "language": "en"}
    finally:
        assert api.delete(place, who=admin, contract=False).status_code == 204


def test_who_is_switched_off_is_told_so(demo, browser):
    demo.rostra("person", "deactivate", "--company", "acme", "--person", "curator@acme.example")
    sign_in(browser, demo, "curator")
    until(browser, lambda: text(browser, "state") == "Your account is switched off.", "the refusal")
    assert not browser.find_element(By.ID, "person").is_displayed()
