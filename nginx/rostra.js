/* SPDX-License-Identifier: Apache-2.0
 * Keeps a short link's click id; forms with data-rostra get it and are sent to data-api with data-site-key. */
(function (d, w) {
  "use strict";
  var tag = d.currentScript.dataset, n = "rclid",
    come = new URLSearchParams(w.location.search).get(n) || "",
    fields = "external_id email name organisation phone message website".split(" ");

  function kept() {
    return (/(?:^|; )rclid=([\w-]{16})(?:;|$)/.exec(d.cookie) || [])[1] || "";
  }
  var id = /^[\w-]{16}$/.test(come) ? come : kept();
  if (id && !navigator.globalPrivacyControl)
    d.cookie = n + "=" + id + ";path=/;max-age=7776000;samesite=lax" + (w.location.protocol === "https:" ? ";secure" : "");

  /* Without a cookie the site's own links carry it. */
  d.addEventListener("click", function (e) {
    var a = e.target.closest && e.target.closest("a[href]");
    if (!a || !id || kept() === id || a.origin !== w.location.origin) return;
    var to = new URL(a.href);
    to.searchParams.set(n, id);
    a.href = to;
  }, true);

  d.addEventListener("submit", function (e) {
    var f = e.target, body = {}, data, field;
    if (!f.matches("form[data-rostra]")) return;
    field = f.querySelector("[name=click_id]") || f.appendChild(d.createElement("input"));
    field.type = "hidden";
    field.name = "click_id";
    field.value = id;
    if (!tag.siteKey) return;
    e.preventDefault();
    data = new FormData(f);
    fields.concat("click_id").forEach(function (k) {
      if (data.get(k)) body[k] = data.get(k);
    });
    function end(ok) {
      if (f.hasAttribute("action")) f.submit();
      else f.dispatchEvent(new CustomEvent("rostra", { detail: { ok: ok }, bubbles: true }));
    }
    fetch(tag.api + "/v1/t/leads", {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-Site-Key": tag.siteKey },
      body: JSON.stringify(body)
    }).then(function (r) { end(r.ok); }, function () { end(false); });
  });
})(document, window);
