/* SPDX-License-Identifier: Apache-2.0 */
/* app_int.h - between the files of app. */
#ifndef ROSTRA_APP_INT_H
#define ROSTRA_APP_INT_H

#include "rostra/conf.h"
#include "rostra/confine.h"
#include "rostra/server.h"

enum { APP_FEATURES_MAX = 96 };

/* Filled by app_tables_init(): features without rows are left out; app_routes ends with feature
 * NULL. */
extern struct route_table app_routes[APP_FEATURES_MAX + 1];
extern struct db_stmt_table app_stmts[APP_FEATURES_MAX + 1];
extern size_t app_n_stmts;
void app_tables_init(void);

/* /healthz /readyz /metrics (ops.c). */
extern const struct route_table ops_routes;

/* What every command gets. */
struct app {
	struct conf conf;
	struct shared shared;
	const char *conf_path;
	const char *program; /* argv[0], for taking over */
};

/* Token keys, cursor key, metrics, limits: what `serve` needs before it forks; err says what is
 * missing. */
bool shared_create(struct app *app, char *err, size_t err_n);
/* This process's caches; after the fork, so that each pool has only its own. */
void shared_caches(struct shared *s, enum pool pool);
/* The keys of seal_key_file. */
bool shared_seal_keys(struct app *app, char *err, size_t err_n);

/* Keys are in a service's memory: no core files, no debugger of the same user (harden.c). */
void harden_memory(void);
/* Privileges and system calls it does without; before it starts threads. */
void harden(const struct conf *conf, enum confine_kind kind);

/* One subcommand; app/main.c lists them all. */
struct command {
	const char *name;
	const char *summary;
	int (*run)(struct app *app, int argc,
	           char **argv); /* exit status; argv[0] is the command */
	bool service;            /* logs to log_file */
};

int cmd_serve(struct app *app, int argc, char **argv);   /* master.c */
int cmd_jobs(struct app *app, int argc, char **argv);    /* cmd_jobs.c */
int cmd_migrate(struct app *app, int argc, char **argv); /* cmd_migrate.c */
int cmd_openapi(struct app *app, int argc, char **argv); /* cmd_openapi.c */
int cmd_config(struct app *app, int argc, char **argv);  /* cmd_config.c */
int cmd_keys(struct app *app, int argc, char **argv);    /* cmd_keys.c */
int cmd_company(struct app *app, int argc, char **argv); /* cmd_people.c */
int cmd_person(struct app *app, int argc, char **argv);
int cmd_team(struct app *app, int argc, char **argv);
int cmd_channel(struct app *app, int argc, char **argv); /* cmd_channel.c */
int cmd_key(struct app *app, int argc, char **argv);     /* cmd_access.c */
int cmd_provider(struct app *app, int argc, char **argv);
int cmd_session(struct app *app, int argc, char **argv);
int cmd_token(struct app *app, int argc, char **argv);
int cmd_lead(struct app *app, int argc, char **argv);    /* cmd_lead.c: import */
int cmd_points(struct app *app, int argc, char **argv);  /* cmd_points.c: verify */
int cmd_crm(struct app *app, int argc, char **argv);     /* cmd_crm.c: add, list, remove */
int cmd_rates(struct app *app, int argc, char **argv);   /* cmd_rates.c: load */
int cmd_rollups(struct app *app, int argc, char **argv); /* cmd_rollups.c: verify, rebuild */
int cmd_click(struct app *app, int argc,
              char **argv); /* cmd_click.c: load, roll-up check and rebuild */
int cmd_demo_data(struct app *app, int argc, char **argv); /* cmd_demo.c */

#endif
