#pragma once
// attachment: something that an actor holds and that must end with it.

#include <iapp/actors/exit_reason.hpp>

#include <boost/intrusive/list.hpp>

namespace iapp {

// A request under way, a subscription, an observer of the actor's death: a record in its worker's
// memory pool, linked to its actor from its making to its end. When the actor ends, each is told,
// the last attached first, before the actor is destroyed. Whoever ends sooner unlinks itself, which
// its destructor does. Worker's thread only.
struct attachment
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    // The actor ends; the record is unlinked already and frees itself.
    using end_function = void (*)(attachment& self, exit_reason why) noexcept;

    explicit attachment(end_function on_end) noexcept : end{on_end} {}

    attachment(const attachment&) = delete;
    attachment& operator=(const attachment&) = delete;

    end_function end;

  protected:
    ~attachment() = default;
};

using attachment_list =
    boost::intrusive::list<attachment, boost::intrusive::constant_time_size<false>>;

} // namespace iapp
