#include <iapp/actors/post.hpp>

#include <iapp/actors/worker.hpp>

#include <algorithm>

namespace iapp {

void delayed_post::fired(timer_node& node) {
    auto& self = static_cast<delayed_post&>(node);
    delayed_posts& all = self.home.delayed();
    all.list_.erase(all.list_.iterator_to(self));
    self.end(self, self.home, fate::deliver);
}

void delayed_posts::add(delayed_post& post) {
    if (list_.size() >= sweep_at_) {
        sweep();
    }
    list_.push_back(post);
}

void delayed_posts::drop_all() noexcept {
    while (!list_.empty()) {
        delayed_post& last = list_.front();
        list_.pop_front();
        last.end(last, last.home, fate::discard);
    }
}

// A sweep looks at all, so the next one comes when there are twice as many as this one leaves.
void delayed_posts::sweep() noexcept {
    constexpr std::size_t sweep_at_least = 1024;
    for (auto each = list_.begin(); each != list_.end();) {
        delayed_post& post = *each;
        each = post.word.cancelled() ? list_.erase(each) : std::next(each);
        if (!post.is_linked()) {
            post.end(post, post.home, fate::discard);
        }
    }
    sweep_at_ = std::max(sweep_at_least, 2 * list_.size());
}

} // namespace iapp
