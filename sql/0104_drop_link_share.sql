-- SPDX-License-Identifier: Apache-2.0
ALTER TABLE link /* a share has the code of its link: nobody looks the other way round */
  DROP KEY link_share;
