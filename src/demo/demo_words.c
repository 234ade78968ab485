/* SPDX-License-Identifier: Apache-2.0 */
/* demo_words.c - the words demo data is made of; all invented. */
#include "demo_int.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

const char *const demo_given[] = {
	"Amelie", "Jonas",  "Lena",  "Paul",  "Mia",     "Finn",  "Clara",     "Emil",
	"Ida",    "Oskar",  "Leyla", "Deniz", "Elif",    "Can",   "Agnieszka", "Marek",
	"Zofia",  "Piotr",  "Priya", "Arjun", "Ananya",  "Rohan", "Sofia",     "Mateo",
	"Lucia",  "Diego",  "Chloe", "Hugo",  "Camille", "Louis", "Grace",     "Ethan",
	"Olivia", "Noah",   "Ava",   "Liam",  "Maya",    "Caleb", "Naomi",     "Isaac",
	"Yuki",   "Haruto", "Mei",   "Wei",   "Amara",   "Kwame", "Zainab",    "Tariq",
	"Ingrid", "Lars",   "Freja", "Nils",  "Ruth",    "Simon", "Nora",      "Adam",
};
const char *const demo_family[] = {
	"Schneider",  "Fischer",     "Weber",   "Becker",     "Hoffmann", "Koch",     "Richter",
	"Klein",      "Wolf",        "Neumann", "Zimmermann", "Krueger",  "Lang",     "Brandt",
	"Vogel",      "Yilmaz",      "Kaya",    "Demir",      "Aydin",    "Kowalski", "Nowak",
	"Wisniewski", "Lewandowski", "Patel",   "Sharma",     "Iyer",     "Rao",      "Garcia",
	"Fernandez",  "Lopez",       "Moreno",  "Martin",     "Bernard",  "Dubois",   "Laurent",
	"Walker",     "Hughes",      "Bennett", "Foster",     "Reed",     "Coleman",  "Brooks",
	"Hayes",      "Parker",      "Tanaka",  "Sato",       "Chen",     "Lin",      "Okafor",
	"Mensah",     "Haddad",      "Nasser",  "Lindqvist",  "Berg",     "Nielsen",  "Holm",
	"Adler",      "Stein",       "Novak",   "Horvat",     "Costa",    "Silva",    "Murphy",
	"Byrne",
};
const char *const demo_titles[] = {
	"Account Executive",
	"Software Engineer",
	"Solution Consultant",
	"Product Manager",
	"Customer Success Manager",
	"Data Analyst",
	"Marketing Manager",
	"Recruiter",
	"Support Engineer",
	"Finance Partner",
	"Designer",
	"Team Lead",
	"Field Engineer",
	"Partner Manager",
};
const char *const demo_places[] = { "Berlin",   "Munich", "Hamburg",  "Vienna", "Zurich",
	                            "New York", "Boston", "Chicago",  "Austin", "London",
	                            "Paris",    "Warsaw", "Istanbul", "Remote" };
const char *const demo_team_names[] = { "Sales EMEA", "Sales Americas",   "Engineering",
	                                "Marketing",  "Customer Success", "Product",
	                                "Consulting", "People",           "Partners",
	                                "Support",    "Finance",          "Research" };
const char *const demo_fillers[] = { "energy",           "logistics",        "health care",
	                             "retail",           "public transport", "banking",
	                             "machine building", "insurance",        "food production",
	                             "telecoms",         "water supply",     "construction" };
const char *const demo_customers[] = { "Northwind Mills", "Blue Harbor",    "Stadtwerke Lindau",
	                               "Alpenbahn",       "Kestrel Foods",  "Meridian Health",
	                               "Helios Parts",    "Orchard & Sons", "Fjord Shipping",
	                               "Cedar Bank",      "Papyrus Media",  "Quarry Stone" };

/* clang-format off */
const struct demo_subject demo_subjects[] = {
	{ "What %s taught us about planning ahead", "Three lessons from a year of projects in %s, and what we do differently now.", "en" },
	{ "A field report from %s", "What changes on the ground when data arrives a day earlier: a report from %s.", "en" },
	{ "We are hiring for %s", "Two dozen open roles around %s. Know somebody who would fit?", "en" },
	{ "Five questions about %s, answered", "Our engineers answer what customers in %s ask most.", "en" },
	{ "The numbers behind %s", "A look at eighteen months of measurements from %s, with the method.", "en" },
	{ "Live: open house on %s", "Join the conversation on %s. Free, an hour, with recording.", "en" },
	{ "How a small team rebuilt %s", "Less equipment, fewer meetings, better nights: a story from %s.", "en" },
	{ "Guide: getting started in %s", "Eight pages without jargon for everybody who begins in %s.", "en" },
	{ "Was wir in %s gelernt haben", "Drei Erkenntnisse aus einem Jahr Projektarbeit im Bereich %s.", "de" },
	{ "Ein Besuch vor Ort: %s", "Unser Team war unterwegs und berichtet aus dem Alltag im Bereich %s.", "de" },
	{ "Wir suchen Verstärkung: %s", "Offene Stellen rund um %s. Wer kennt jemanden?", "de" },
	{ "Leitfaden: der Einstieg in %s", "Acht Seiten ohne Fachchinesisch für alle, die mit %s beginnen.", "de" },
};
const struct demo_text demo_openers[] = {
	{ .body = "Worth five minutes of your day: %s", .language = "en" },
	{ .body = "Proud of what the team did here. %s", .language = "en" },
	{ .body = "%s. Happy to answer questions!", .language = "en" },
	{ .body = "I learned a lot from this one: %s", .language = "en" },
	{ .body = "Fünf Minuten, die sich lohnen: %s", .language = "de" },
	{ .body = "Stolz auf das Team. %s", .language = "de" },
	{ .body = "%s. Fragen beantworte ich gern!", .language = "de" },
	{ .body = "Daraus habe ich viel gelernt: %s", .language = "de" },
};
/* clang-format on */

const size_t demo_n_given = COUNT(demo_given);
const size_t demo_n_family = COUNT(demo_family);
const size_t demo_n_titles = COUNT(demo_titles);
const size_t demo_n_places = COUNT(demo_places);
const size_t demo_n_team_names = COUNT(demo_team_names);
const size_t demo_n_fillers = COUNT(demo_fillers);
const size_t demo_n_customers = COUNT(demo_customers);
const size_t demo_n_subjects = COUNT(demo_subjects);
const size_t demo_n_openers = COUNT(demo_openers);
