// Offers the place of the phone; without it, or without permission, people type.
for (const field of document.querySelectorAll("[data-place]")) {
  if (!navigator.geolocation) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = "Lokasi saya";
  button.addEventListener("click", () => navigator.geolocation.getCurrentPosition((place) => {
    field.value = `${place.coords.latitude.toFixed(6)}; ${place.coords.longitude.toFixed(6)}`;
  }));
  field.after(button);
}
