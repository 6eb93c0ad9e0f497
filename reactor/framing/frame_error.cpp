#include <iapp/reactor/framing/frame_error.hpp>

#include <string>

namespace iapp {

namespace {

class frame_error_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "iapp.frame"; }

    std::string message(int code) const override {
        switch (static_cast<frame_error>(code)) {
        case frame_error::too_long:
            return "the frame is longer than its limit";
        case frame_error::not_in_prefix:
            return "the payload is longer than its length prefix can say";
        }
        return "unknown frame error";
    }
};

} // namespace

const std::error_category& frame_category() noexcept {
    static const frame_error_category category;
    return category;
}

std::error_code make_error_code(frame_error error) noexcept {
    return {static_cast<int>(error), frame_category()};
}

} // namespace iapp
