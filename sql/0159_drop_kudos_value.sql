-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE kudos
  DROP KEY kudos_value;
