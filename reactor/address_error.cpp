#include <iapp/reactor/address_error.hpp>

#include <string>

namespace iapp {

namespace {

class address_error_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "iapp.address"; }

    std::string message(int code) const override { return text(static_cast<address_error>(code)); }

  private:
    static const char* text(address_error error) noexcept {
        switch (error) {
        case address_error::missing_port:
            return "the port is missing: A.B.C.D:PORT, [V6]:PORT or unix:PATH is expected";
        case address_error::bad_port:
            return "the port is not a number from 0 to 65535";
        case address_error::bad_ipv4:
            return "not an IPv4 address: four numbers from 0 to 255 are expected, names are not "
                   "looked up";
        case address_error::bad_ipv6:
            return "not an IPv6 address between brackets";
        case address_error::unbracketed_ipv6:
            return "an IPv6 address needs brackets: [V6]:PORT";
        case address_error::bad_scope:
            return "the scope after % is neither a number nor a network interface of this machine";
        case address_error::bad_range:
            return "not a range of IPv4 addresses: A.B.C.D-LAST:PORT is expected, LAST not below D";
        case address_error::range_too_large:
            return "a range of addresses ends at 255 at most";
        case address_error::empty_path:
            return "the path of the Unix socket is empty";
        case address_error::bad_path:
            return "the path of the Unix socket contains a NUL character";
        case address_error::path_too_long:
            return "the path of the Unix socket is longer than 103 bytes";
        }
        return "unknown address error";
    }
};

} // namespace

const std::error_category& address_category() noexcept {
    static const address_error_category category;
    return category;
}

std::error_code make_error_code(address_error error) noexcept {
    return {static_cast<int>(error), address_category()};
}

} // namespace iapp
