# SPDX-License-Identifier: Apache-2.0
"""What CRMs send, and how they sign it."""

import base64
import hashlib
import hmac
import json
import time
from xml.sax.saxutils import escape

HUBSPOT_SECRET = "hubspot-app-secret-0123456789"
FLOW_SECRET = "flow-secret-0123456789abcdef"
ORG = "00D5g000004ABCD"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OUTBOUND = "http://soap.sforce.com/2005/09/outbound"


def hubspot(url, events, secret=HUBSPOT_SECRET, at=None):
    """Body and headers of a batch, as HubSpot signs it (v3)."""
    body = json.dumps(events).encode()
    stamp = str(int((time.time() if at is None else at) * 1000))
    mac = hmac.new(secret.encode(), b"POST" + url.encode() + body + stamp.encode(), hashlib.sha256).digest()
    return body, {"Content-Type": "application/json", "X-HubSpot-Signature-v3": base64.b64encode(mac).decode(),
                  "X-HubSpot-Request-Timestamp": stamp}


def change(object_id, value, name="dealstage", at=None, **members):
    return {"eventId": 1, "subscriptionId": 7, "portalId": 62515, "appId": 54321, "attemptNumber": 0,
            "occurredAt": int((time.time() if at is None else at) * 1000), "subscriptionType": "deal.propertyChange",
            "objectId": object_id, "propertyName": name, "propertyValue": value, "changeSource": "CRM", **members}


def flow(events, secret=FLOW_SECRET, at=None, more=""):
    body = json.dumps({"events": events}).encode()
    stamp = str(int(time.time() if at is None else at))
    mac = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return body, {"Content-Type": "application/json", "X-Rostra-Signature": f"t={stamp},v1={mac}{more}"}


def outbound(notifications, org=ORG, head="", extra=""):
    """An outbound message: notifications are (id, {field: value})."""
    each = "".join(
        f"<Notification><Id>{escape(n)}</Id><sObject xsi:type=\"sf:Opportunity\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\">"
        + "".join(f"<sf:{f}>{escape(str(v))}</sf:{f}>" for f, v in fields.items()) + "</sObject></Notification>"
        for n, fields in notifications)
    text = (f'<?xml version="1.0" encoding="UTF-8"?>{head}<soapenv:Envelope xmlns:soapenv="{SOAP}"'
            ' xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f'<soapenv:Body><notifications xmlns="{OUTBOUND}"><OrganizationId>{org}</OrganizationId>'
            '<ActionId>04k5g0000008OIT</ActionId><SessionId xsi:nil="true"/><EnterpriseUrl>https://x.example</EnterpriseUrl>'
            f"<PartnerUrl>https://x.example</PartnerUrl>{extra}{each}</notifications></soapenv:Body></soapenv:Envelope>")
    return text.encode(), {"Content-Type": "text/xml"}
