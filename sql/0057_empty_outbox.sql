-- SPDX-License-Identifier: Apache-2.0
DELETE FROM outbox /* what is done is not kept any more */ WHERE state = 'done';
