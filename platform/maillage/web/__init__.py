"""HTTP manners shared by every domain: access rules, errors, forms, headers, paging, JSON API."""
