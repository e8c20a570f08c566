#include "media/without_secrets.h"

#include <gtest/gtest.h>

namespace diemcau::media {
namespace {

TEST(WithoutSecrets, EachIsStars) {
  EXPECT_EQ(without_secrets("rtsp://admin:mat-khau@10.1.3.7: mat-khau", {"mat-khau", "admin"}),
            "rtsp://***:***@10.1.3.7: ***");
  EXPECT_EQ(without_secrets("nothing of it", {"", "mat-khau"}), "nothing of it");
}

TEST(WithoutSecrets, OneThatLooksLikeWhatReplacesItComesToAnEnd) {
  EXPECT_EQ(without_secrets("a *** b", {"***"}), "a *** b");
  EXPECT_EQ(without_secrets("a ** b", {"*"}), "a ****** b");
}

}  // namespace
}  // namespace diemcau::media
