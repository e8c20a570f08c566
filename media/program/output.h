#pragma once
#include "media/media.h"
#include "media/program/fan_out.h"

namespace diemcau::program {

/// A consumer that gives the program to others. Control thread, but push().
class Output : public Consumer {
 public:
  /// Begins to end; returns at once. Before it is destroyed.
  virtual void stop() = 0;
  /// It may be destroyed without waiting for anybody.
  virtual bool over() const { return true; }
  /// All but stage and id; asked once a second.
  virtual media::OutputMeasured measured() = 0;
};

}  // namespace diemcau::program
