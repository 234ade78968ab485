#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
cd "$(dirname "$0")" && exec autoreconf --install --force --warnings=all,error
