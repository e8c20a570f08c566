#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gst/video/video-overlay-composition.h>

#include "media/program/layout.h"
#include "media/program/pipeline.h"

namespace diemcau::program {

struct UnrefOverlay {
  void operator()(GstVideoOverlayRectangle* one) const { gst_video_overlay_rectangle_unref(one); }
  void operator()(GstVideoOverlayComposition* all) const { gst_video_overlay_composition_unref(all); }
};

struct Caption {
  std::string name;  ///< UTF-8
  Rectangle cell;
  friend bool operator==(const Caption&, const Caption&) = default;
};

/// The names of the halls at the foot of their cells, as on the pages: each drawn once and laid over the
/// composed picture (a compositor pad with transparency would break its caps, and text elements draw anew for
/// every picture). show() on the control thread; the pictures pass in a streaming thread.
class Captions {
 public:
  /// `overlay`: an overlaycomposition element of a pipeline that ends before this.
  explicit Captions(GstElement* overlay);
  Captions(const Captions&) = delete;
  Captions& operator=(const Captions&) = delete;

  void show(const std::vector<Caption>& captions);

 private:
  static GstVideoOverlayComposition* draw(GstElement*, GstSample*, gpointer self);

  std::vector<Caption> shown_;
  std::mutex mutex_;
  std::unique_ptr<GstVideoOverlayComposition, UnrefOverlay> composition_;  ///< guarded by mutex_
};

/// What stands in the cell of a hall without picture: its name on the house's dark surface. An I420 picture
/// without timestamp.
SampleRef make_slate(const std::string& name, int width, int height);

}  // namespace diemcau::program
