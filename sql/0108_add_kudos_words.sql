-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE kudos
  ADD FULLTEXT KEY kudos_words (message);
