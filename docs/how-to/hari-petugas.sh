#!/bin/sh
# Sehari petugas perizinan. CHECKOUT: salinan perizinan-core, dengan plugin examples/kabupaten-mekar terpasang.
set -eu
CHECKOUT="${CHECKOUT:-$HOME/perizinan-core}"
export PERIZINAN_SETTINGS=kantor/perizinan.toml

perizinan init kantor --authority kabupaten-mekar
perizinan keys trial kepala-dinas
cat > kantor/perizinan.toml <<'END'
[office]
authority = "kabupaten-mekar"

[signing]
roots = ["keys/kepala-dinas-root.pem"]

[signing.signers]
kepala-dinas = "file:keys/kepala-dinas.p12"

[signing.secrets]
kepala-dinas = "file:keys/kepala-dinas.passphrase"

[publication]
folder = "public"
END

perizinan officers add admin --name "Admin Contoh" --role administrator
perizinan officers add loket --name "Petugas Loket" --role front_office --unit dpmptsp
perizinan officers add kabid --name "Kepala Bidang" --role office_head --unit dpmptsp
perizinan officers add kadis --name "Kepala Dinas" --role signatory --unit dpmptsp --position kepala-dinas

for officer in "" "--officer admin"; do
  # shellcheck disable=SC2086
  perizinan catalogue confirm warung --document "Keputusan Bupati Mekar" --number 188/12/2026 \
    --date 2026-02-02 $officer
done

mkdir permohonan
cp "$CHECKOUT/docs/images/permit.png" permohonan/ktp.png
cat > permohonan/application.toml <<'END'
[applicant]
name = "Dewi Contoh"
nik = "3572015208900000"
birth_date = 1990-08-12
email = "dewi@contoh.example"

[applicant.address]
street = "Jalan Contoh 12"
village = "Contoh"
district = "Contoh"
regency = "Mekar"

[form]
lokasi = "Jalan Kenanga"
luas = 6
END
receipt=$(perizinan cases take-in warung permohonan --officer loket --receipt tanda-terima.json --quiet)
perizinan cases show "$receipt" --officer loket

perizinan cases decide "$receipt" periksa positive --officer loket
perizinan cases approve "$receipt" --officer kabid
number=$(perizinan cases issue "$receipt" --officer kadis --out izin.pdf --quiet)
perizinan worker --once

perizinan authority publish
perizinan verify izin.pdf --authority kantor/public/authority.json --status kantor/public/status-list.cwt

perizinan permits revoke "$number" --officer kadis --reason "Warung ditutup" \
  --legal-basis "Peraturan Daerah Kabupaten Mekar Nomor 1 Tahun 2026 Pasal 9"
perizinan authority publish
code=0
perizinan verify izin.pdf --authority kantor/public/authority.json --status kantor/public/status-list.cwt || code=$?
test "$code" -eq 13
